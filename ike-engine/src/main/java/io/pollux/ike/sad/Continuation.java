package io.pollux.ike.sad;

import io.pollux.ike.crypto.Secret;

/**
 * What an exchange in work needs to go on when its response comes: opaque outside the engine,
 * because it may hold ephemeral secrets.
 *
 * @param exchange the exchange's name, for logs: for example "rekey child"
 * @param state the engine's own encoding, led by its version
 */
public record Continuation(String exchange, Secret state) {}
