/**
 * What polluxctl can ask for: each command reads the {@link io.pollux.agent.commands.Gateway} or
 * gives it an order, and prints the answer as text or JSON. Nothing here knows a thread; nothing
 * here decides what a gateway does.
 */
package io.pollux.agent.commands;
