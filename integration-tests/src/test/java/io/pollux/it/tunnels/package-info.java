/** Routes, route tunnels and the backstop against clear text, with strongSwan as the peer. */
package io.pollux.it.tunnels;
