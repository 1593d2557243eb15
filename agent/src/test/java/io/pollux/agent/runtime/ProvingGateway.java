package io.pollux.agent.runtime;

import io.pollux.agent.config.PolluxConfig;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.IkeEngine;
import io.pollux.ike.engine.Input;
import io.pollux.ike.engine.KernelResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The daemon's engine and its {@link Prover}, with a kernel that takes everything and a list as the
 * network.
 */
final class ProvingGateway implements AutoCloseable {
  private static final long NOW = 1_000_000_000;

  final List<String> reports = new ArrayList<>();
  final List<Effect.CommandDone> done = new ArrayList<>();
  private final Deque<Effect.Transmit> sent = new ArrayDeque<>();
  private final BlockingQueue<Runnable> answers = new LinkedBlockingQueue<>();
  private final Deque<Input> inputs = new ArrayDeque<>();
  private final IkeEngine engine;
  private final Prover prover;
  private int asked;

  ProvingGateway(PolluxConfig config, int node) throws InterruptedException {
    Running running = new Running(config);
    engine = EngineWiring.engine(running, node);
    prover = Prover.of(running);
    step(new Input.Promote(1, List.of()));
  }

  /** One input and all answers that follow from it, those of the prover's threads, too. */
  void step(Input first) throws InterruptedException {
    inputs.add(first);
    while (!inputs.isEmpty() || asked > 0) {
      if (inputs.isEmpty()) {
        answers.take().run();
        asked--;
        continue;
      }
      engine.step(inputs.poll(), NOW).forEach(this::run);
    }
  }

  private void run(Effect effect) {
    switch (effect) {
      case Effect.Transmit transmit -> sent.add(transmit);
      case Effect.InstallChild install ->
          inputs.add(new Input.KernelReply(install.id(), new KernelResult.Done()));
      case Effect.CommandDone end -> done.add(end);
      case Effect.Report(var _, String line) -> reports.add(line);
      case Effect.Sign sign -> {
        asked++;
        prover.sign(
            sign,
            answers::add,
            r -> inputs.add(new Input.Signed(sign.id(), r)),
            () -> inputs.add(new Input.Postponed(sign.id())));
      }
      case Effect.ValidateChain chain -> {
        asked++;
        prover.validate(
            chain,
            answers::add,
            v -> inputs.add(new Input.ChainValidated(chain.id(), v)),
            () -> inputs.add(new Input.Postponed(chain.id())));
      }
      case Effect.Replicate _,
          Effect.SwitchOutbound _,
          Effect.RemoveChild _,
          Effect.MoveChild _,
          Effect.StepOutbound _,
          Effect.PeerStepped _ -> {}
    }
  }

  /** Delivers what {@code other} has sent; whether there was anything. */
  boolean take(ProvingGateway other) throws InterruptedException {
    Effect.Transmit next = other.sent.poll();
    if (next != null) {
      step(new Input.Datagram(next.peer(), next.local(), next.octets()));
    }
    return next != null;
  }

  int established() {
    return engine.statistics().established();
  }

  @Override
  public void close() {
    prover.close();
  }
}
