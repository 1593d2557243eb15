package io.pollux.ike.engine;

import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.crypto.pki.ChainValidator;
import io.pollux.ike.crypto.pki.RevocationData;
import io.pollux.ike.crypto.pki.TestPki;
import io.pollux.ike.wire.Octets;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** The thread beside an engine that has the private keys and looks at certificates. */
class Prover {
  final Map<Octets, SigningKey> keys = new LinkedHashMap<>();
  RevocationData revocation = RevocationData.NONE;
  Instant now = TestPki.NOW;

  Prover(TestPki.Entity... owners) {
    for (TestPki.Entity owner : owners) {
      SigningKey key = owner.key();
      keys.put(key.spki(), key);
    }
  }

  Input sign(Effect.Sign effect) {
    SigningKey key = keys.get(effect.spki());
    if (key == null) {
      return new Input.Signed(effect.id(), new SignResult.Failed("no such key"));
    }
    try {
      return new Input.Signed(
          effect.id(),
          new SignResult.Done(key.sign(effect.scheme(), effect.message(), new SecureRandom())));
    } catch (InvalidKeyException e) {
      return new Input.Signed(effect.id(), new SignResult.Failed(e.getMessage()));
    }
  }

  Input validate(Effect.ValidateChain effect) {
    return new Input.ChainValidated(
        effect.id(), ChainValidator.validate(effect.chain(), effect.trust(), revocation, now));
  }
}
