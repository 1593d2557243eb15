/**
 * Daemons as the tests see them: foreign IKEv2 implementations, and Pollux itself as a runnable
 * directory. Started in a namespace of the lab, driven by their own tools, read by their own
 * reports.
 *
 * <p>Nothing here shares code with Pollux.
 */
package io.pollux.it.peer;
