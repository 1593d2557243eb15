package io.pollux.ha.shadow;

import io.pollux.ike.crypto.Secret;
import io.pollux.ike.sad.ChildSaSnapshot;
import io.pollux.ike.sad.Continuation;
import io.pollux.ike.sad.EspKeys;
import io.pollux.ike.sad.IkeKeys;

/**
 * Copies of key material. A shadow shares no {@link Secret} with those who give it events or take
 * its snapshots: the engine may close its own at any time.
 */
final class OwnSecrets {
  private OwnSecrets() {}

  static IkeKeys copy(IkeKeys keys) {
    return switch (keys) {
      case IkeKeys(var skD, var skAi, var skAr, var skEi, var skEr, var skPi, var skPr) ->
          new IkeKeys(
              copy(skD), copy(skAi), copy(skAr), copy(skEi), copy(skEr), copy(skPi), copy(skPr));
    };
  }

  static EspKeys copy(EspKeys keys) {
    return switch (keys) {
      case EspKeys(var inEncryption, var inIntegrity, var outEncryption, var outIntegrity) ->
          new EspKeys(
              copy(inEncryption), copy(inIntegrity), copy(outEncryption), copy(outIntegrity));
    };
  }

  static Continuation copy(Continuation continuation) {
    return new Continuation(continuation.exchange(), copy(continuation.state()));
  }

  static ChildSaSnapshot copy(ChildSaSnapshot child) {
    return child.withKeys(copy(child.keys()));
  }

  private static Secret copy(Secret secret) {
    return secret.slice(0, secret.length());
  }
}
