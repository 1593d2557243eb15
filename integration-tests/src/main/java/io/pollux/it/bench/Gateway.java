package io.pollux.it.bench;

import io.pollux.ike.crypto.IkeCrypto;
import io.pollux.ike.crypto.Secret;
import io.pollux.ike.crypto.pki.ChainJudge;
import io.pollux.ike.crypto.pki.ChainValidator;
import io.pollux.ike.crypto.pki.ChainVerdict;
import io.pollux.ike.crypto.pki.RevocationData;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.EngineConfig;
import io.pollux.ike.engine.Entropy;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.IkeEngines;
import io.pollux.ike.engine.Input;
import io.pollux.ike.engine.KernelResult;
import io.pollux.ike.engine.SignResult;
import io.pollux.ike.policy.ConnectionPolicy;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** An engine with a kernel that takes everything, and what its steps have cost. */
final class Gateway {
  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final SecureRandom RANDOM = new SecureRandom();

  final Deque<Effect.Transmit> sent = new ArrayDeque<>();
  private final IkeEngine engine;
  private final Optional<ChainJudge> judge;
  private long cpuNs;
  private long allocated;
  private int commands;

  /** One that has never seen any chain, and never will have. */
  Gateway(int nodeBit, List<ConnectionPolicy> connections, Entropy entropy) {
    this(nodeBit, connections, entropy, Optional.empty());
  }

  /** One that remembers chains as the daemon does. */
  Gateway(
      int nodeBit,
      List<ConnectionPolicy> connections,
      Entropy entropy,
      Optional<ChainJudge> judge) {
    this.judge = judge;
    byte[] psk = "measured secret".getBytes(StandardCharsets.US_ASCII);
    engine =
        IkeEngines.create(
            EngineConfig.defaults(nodeBit),
            connections,
            (_, _, _) -> Optional.of(Secret.copyOf(psk)),
            IkeCrypto.standard(),
            entropy);
    step(new Input.Promote(1, List.of()));
  }

  /** One input and all answers of the kernel that follow from it. */
  void step(Input first) {
    Deque<Input> inputs = new ArrayDeque<>(List.of(first));
    long cpu = THREADS.getCurrentThreadCpuTime();
    long bytes = THREADS.getCurrentThreadAllocatedBytes();
    while (!inputs.isEmpty()) {
      for (Effect effect : engine.step(inputs.poll(), System.nanoTime())) {
        switch (effect) {
          case Effect.Transmit transmit -> sent.add(transmit);
          case Effect.InstallChild install ->
              inputs.add(new Input.KernelReply(install.id(), new KernelResult.Done()));
          case Effect.CommandDone done -> commands += done.ok() ? 1 : 0;
          case Effect.Sign sign -> inputs.add(new Input.Signed(sign.id(), signed(sign)));
          case Effect.ValidateChain chain ->
              inputs.add(new Input.ChainValidated(chain.id(), validated(chain)));
          case Effect.Replicate _,
              Effect.SwitchOutbound _,
              Effect.RemoveChild _,
              Effect.MoveChild _,
              Effect.StepOutbound _,
              Effect.PeerStepped _,
              Effect.Report _ -> {}
        }
      }
    }
    cpuNs += THREADS.getCurrentThreadCpuTime() - cpu;
    allocated += THREADS.getCurrentThreadAllocatedBytes() - bytes;
  }

  /** What a daemon does beside the engine's thread is in the figures, too. */
  private static SignResult signed(Effect.Sign sign) {
    try {
      return new SignResult.Done(EngineBench.PKI.key().sign(sign.scheme(), sign.message(), RANDOM));
    } catch (InvalidKeyException e) {
      throw new IllegalStateException(e);
    }
  }

  private ChainVerdict validated(Effect.ValidateChain effect) {
    Instant now = Instant.now();
    return judge
        .map(j -> j.validate(effect.chain(), effect.trust(), RevocationData.NONE, now))
        .orElseGet(
            () ->
                ChainValidator.validate(effect.chain(), effect.trust(), RevocationData.NONE, now));
  }

  /** Delivers what {@code other} has sent; whether there was anything. */
  boolean take(Gateway other) {
    Effect.Transmit next = other.sent.poll();
    if (next != null) {
      step(new Input.Datagram(next.peer(), next.local(), next.octets()));
    }
    return next != null;
  }

  void reset() {
    cpuNs = 0;
    allocated = 0;
    commands = 0;
  }

  long cpuNs() {
    return cpuNs;
  }

  long allocated() {
    return allocated;
  }

  /** Orders that ended well. */
  int commands() {
    return commands;
  }

  int established() {
    return engine.statistics().established();
  }
}
