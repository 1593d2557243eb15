/**
 * Configurations of other daemons in the words of pollux.conf(5). Text in, text out; what has no
 * counterpart is named with its line, never dropped in silence.
 */
package io.pollux.agent.convert;
