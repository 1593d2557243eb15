/**
 * The link between the nodes: TLS 1.3 with pinned certificates over Netty ({@link
 * io.pollux.ha.link.HaLink}), and the conversation on it as a pure core ({@link
 * io.pollux.ha.link.LinkSession}). The only package of {@code io.pollux.ha} with sockets, threads
 * and files.
 *
 * <p>The owner is one thread; the listener only puts news into its queue:
 *
 * <pre>{@code
 * HaLink link = new HaLink(new LinkConfig(NodeIdentity.read(file), peer, paths, times, max, jitter), listener);
 * link.start();
 * // up(channel):     session = new LinkSession(SessionPolicy.DEFAULT, hello);
 * //                  handle(active ? session.lead(journal, mirror::snapshot, nowNs)
 * //                                : session.follow(shadow.epoch(), shadow.index(), nowNs));
 * // message(m):      handle(session.message(m, nowNs));      writable(): nothing but the loop below
 * // down(why, more): handle(session.closed(why.toString(), nowNs)); barriers.standbyLost();
 * // timer:           handle(session.timeout(nowNs));         at session.nextTimeoutNs()
 * // after each of these, and after each journal.append:
 * while (channel.writable()) { var m = session.poll(nowNs); if (m.isEmpty()) break; channel.send(m.get()); }
 * // handle: Acknowledged(r, a) -> send(barriers.received(r).items());
 * //         SyncChanged(_, PAIRED, _) -> barriers.standbyInSync(); away from PAIRED -> standbyLost()
 * //         Broken(why) -> channel.close(why);  Received, ReceivedSnapshot -> see io.pollux.ha.shadow
 * }</pre>
 */
package io.pollux.ha.link;
