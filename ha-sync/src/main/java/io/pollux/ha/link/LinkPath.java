package io.pollux.ha.link;

import java.net.InetSocketAddress;

/**
 * One of the address pairs between the nodes.
 *
 * @param name for logs
 * @param local where this node listens; when it dials, the address that it dials from (any port)
 * @param peer where the other node listens
 */
public record LinkPath(String name, InetSocketAddress local, InetSocketAddress peer) {}
