/**
 * The demo: a pair of gateways, a branch and their LANs as network namespaces of one kernel or as
 * guest kernels of their own ({@link io.pollux.it.demo.Site}), real traffic through real ESP, and
 * the failures of {@link io.pollux.it.demo.Scenario}.
 *
 * <p>This package builds, breaks and records; it never judges. What it records is a folder per
 * scenario, which {@link io.pollux.it.verdict} reads. It uses no code of Pollux either: it writes
 * configuration files, starts {@code polluxd} and asks {@code polluxctl --json}, as an operator
 * would.
 */
package io.pollux.it.demo;
