/**
 * The other side of somebody else's failover: when an inbound SA sees nothing but packets that it
 * cannot accept, its peer has lost count, and only new keys help. Decides from counts and times
 * that it is given; reads nothing and sends nothing.
 */
package io.pollux.ha.induced;
