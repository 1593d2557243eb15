/**
 * The gate matrix: a pair with all kinds of tunnels, real packets, and captures that say who sent
 * what. Nothing here looks at what a daemon says about itself, except to wait for it.
 */
package io.pollux.it.gate;
