package io.pollux.ha.role;

/** Names an effect whose end comes back as {@link RoleInput.StepDone}. */
public record StepId(long value) {}
