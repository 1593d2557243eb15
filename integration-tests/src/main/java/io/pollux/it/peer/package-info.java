/**
 * Foreign IKEv2 implementations as peers: started in a namespace of the lab, driven by their own
 * tools, read by their own reports.
 *
 * <p>Nothing here knows Pollux.
 */
package io.pollux.it.peer;
