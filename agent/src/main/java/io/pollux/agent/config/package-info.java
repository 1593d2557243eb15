/**
 * {@code pollux.conf}: HOCON read into records that cannot be wrong. Every problem names file,
 * line, key and what was expected; all problems of a file are reported together, and a key that
 * nobody reads is one of them.
 */
package io.pollux.agent.config;
