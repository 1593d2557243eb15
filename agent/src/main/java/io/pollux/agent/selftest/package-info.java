/**
 * The self-test: the whole machinery in memory, and on request the machine around it. A daemon runs
 * the first part while it starts, so that no takeover waits for a class; a package is built with
 * both, so that its AOT cache holds what a daemon loads.
 */
package io.pollux.agent.selftest;
