/**
 * What the daemon knows as Prometheus metrics, over HTTP. Reads through {@code Gateway} like a
 * command, holds nothing up: one collection at a time, kept for a second.
 */
package io.pollux.agent.metrics;
