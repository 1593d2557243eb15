/**
 * Measurements of parts in one process, without a network and without a kernel: what one core can
 * do. Nothing here decides a test.
 */
package io.pollux.it.bench;
