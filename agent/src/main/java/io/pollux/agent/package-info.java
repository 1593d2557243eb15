/** The daemon's entry point. */
package io.pollux.agent;
