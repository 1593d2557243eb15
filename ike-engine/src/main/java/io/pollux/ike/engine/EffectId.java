package io.pollux.ike.engine;

/** Names an effect whose outcome comes back as an {@link Input}. */
public record EffectId(long value) {}
