/** A takeover as a value: what is to be done, and what was done when. */
package io.pollux.ha.takeover;
