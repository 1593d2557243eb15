/**
 * Whole messages (RFC 7296 section 3.1): header, payload chain, protection by SK and SKF (sections
 * 3.14; RFC 5282; RFC 7383), and the table of what each message may carry ({@link
 * io.pollux.ike.message.MessageRule}). Nothing inside SK is parsed before it is authentic.
 */
package io.pollux.ike.message;
