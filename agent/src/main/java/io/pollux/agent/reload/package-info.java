/**
 * Two configurations compared: what a reload would do, and where the two nodes of a pair differ.
 * Pure: values in, values out; who carries it out is {@code agent.runtime}.
 */
package io.pollux.agent.reload;
