package io.pollux.agent.runtime;

import io.pollux.agent.config.PolluxConfig;
import io.pollux.agent.reload.ConfigDigest;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The configuration in force; a reload replaces it. Any thread may ask, and pays nothing: digests
 * of ten thousand connections are made by whoever sets it.
 */
final class Running {
  private record Now(PolluxConfig config, ConfigDigest digest) {}

  private final AtomicReference<Now> now;

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
  }
}
