/**
 * Rules about the code itself: the arrows between the packages, banned calls, tidiness of the
 * files.
 */
package io.pollux.it.arch;
