/** The pages for a new user, taken at their word. */
package io.pollux.it.walkthrough;
