package io.pollux.agent.runtime;

import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.reload.ConfigDigest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The configuration in force; a reload replaces it. Any thread may ask, and pays nothing: digests
 * of ten thousand connections are made by whoever sets it.
 */
final class Running {
  private record Now(PolluxConfig config, ConfigDigest digest) {}

  private final AtomicReference<Now> now;
  private final List<Runnable> afterwards = new CopyOnWriteArrayList<>();

  Running(PolluxConfig config) {
    now = new AtomicReference<>(with(config));
  }

  private static Now with(PolluxConfig config) {
    return new Now(config, ConfigDigest.of(config));
  }

  PolluxConfig config() {
    return now.get().config;
  }

  ConfigDigest digest() {
    return now.get().digest;
  }

  void set(PolluxConfig config) {
    now.set(with(config));
    afterwards.forEach(Runnable::run);
  }

  /** Runs {@code task} whenever another configuration has come into force; it must not block. */
  void afterwards(Runnable task) {
    afterwards.add(task);
  }
}
