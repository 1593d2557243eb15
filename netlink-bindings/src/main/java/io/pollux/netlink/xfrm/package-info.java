/**
 * The XFRM family (linux/xfrm.h): one record per struct, one enum row per message and attribute,
 * requests and notifications.
 *
 * <p>Pure codecs, no socket. Names are the header's. Numbers and offsets are held against {@code
 * native/xfrm-abi/xfrm-layout.tsv} by a test. Keys are {@link io.pollux.netlink.xfrm.XfrmKey}s,
 * which show nothing. Attributes that are not known are kept as {@link
 * io.pollux.netlink.xfrm.XfrmAttribute.Unknown}, never fatal.
 *
 * <p>An armed outbound SA, and its counter moved on later:
 *
 * <pre>{@code
 * var sa = NewSa.builder(spi, vip, peer).reqid(reqid).aead(XfrmAlgorithm.AES_GCM_16, keyAndSalt)
 *     .esn(XfrmReplayStateEsn.outbound(lastRead + jump, 1024))
 *     .encap(XfrmEncapTmpl.espInUdp(4500, peerPort)).thresholds(1000, 10).build();
 * List<NlResult> done = kernel.execute(List.of(sa, NewPolicy.add(policy)));
 * NlResult armed = kernel.execute(NewAe.replay(sa.id(), state.withOseq64(lastRead + 2 * jump)));
 * }</pre>
 */
package io.pollux.netlink.xfrm;
