/** What configuration and commands both do with words. */
package io.pollux.agent.text;
