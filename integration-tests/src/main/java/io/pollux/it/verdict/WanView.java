package io.pollux.it.verdict;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the capture of the WAN shows: sequence numbers, IVs, clear text, new IKE SAs, who sent ESP
 * when.
 */
final class WanView {
  private final Map<Integer, XfrmState> sas;
  private final ClearText clearText;
  private final Map<Integer, Long> lastSequence = new HashMap<>();
  private final Map<Integer, Set<Long>> sequences = new HashMap<>();
  private final Map<Integer, Set<Iv>> ivs = new HashMap<>();
  private final List<Sent> esp = new ArrayList<>();
  private final Set<String> ikeSaInits = new LinkedHashSet<>();
  private final Set<Long> gateways;
  private long clear;
  private long passedOn;
  private long duplicateSequences;
  private long duplicateIvs;

  private record Iv(long high, long low) {}

  /**
   * One ESP packet.
   *
   * @param sequence extended to 64 bits by what was seen before on its SPI, as a receiver would
   */
  record Sent(long timeNs, long sourceMac, int spi, long sequence) {}

  /** The step of an outbound SA's numbers from one node's last packet to the other's first. */
  record Step(int spi, long lastOfOld, long firstOfNew) {}

  /**
   * @param gateways WAN MAC addresses of the pair
   */
  WanView(
      List<Packet> packets, Map<Integer, XfrmState> sas, ClearText clearText, Set<Long> gateways) {
    this.gateways = gateways;
    this.sas = sas;
    this.clearText = clearText;
    packets.forEach(this::see);
  }

  private void see(Packet p) {
    if (clearText.isClear(p)) {
      clear++;
    }
    String init = Wire.newIkeSa(p);
    if (init != null) {
      ikeSaInits.add(init);
    }
    Wire.Esp e = Wire.esp(p);
    if (e == null) {
      return;
    }
    long sequence = extend(e.spi(), e.sequence());
    if (passedOn(p, e.spi(), sequence)) {
      passedOn++;
      return;
    }
    esp.add(new Sent(p.timeNs(), p.sourceMac(), e.spi(), sequence));
    if (!sequences.computeIfAbsent(e.spi(), _ -> new HashSet<>()).add(sequence)) {
      duplicateSequences++;
    }
    Iv iv = iv(e);
    if (iv != null && !ivs.computeIfAbsent(e.spi(), _ -> new HashSet<>()).add(iv)) {
      duplicateIvs++;
    }
  }

  /**
   * A packet of the peer that reached a node which has given the virtual address up: as any router
   * it passes it on to the one that has it now. Seen twice, sent once; what a node sends itself
   * goes to the peer and never to the other node.
   */
  private boolean passedOn(Packet p, int spi, long sequence) {
    return gateways.contains(p.sourceMac())
        && gateways.contains(p.targetMac())
        && sequences.getOrDefault(spi, Set.of()).contains(sequence);
  }

  /** ESP packets of the peer that the old node passed on to the new one. */
  long passedOn() {
    return passedOn;
  }

  /** The nearest 64-bit number with these low bits: right for all jumps below 2^31. */
  private long extend(int spi, int low) {
    Long last = lastSequence.get(spi);
    long full = last == null ? Integer.toUnsignedLong(low) : last + (low - (int) (long) last);
    if (last == null || full > last) {
      lastSequence.put(spi, full);
    }
    return full;
  }

  private Iv iv(Wire.Esp e) {
    XfrmState sa = sas.get(e.spi());
    int length = sa == null ? 8 : sa.ivLength();
    if (e.packet().left(e.iv()) < length) {
      return null;
    }
    return new Iv(e.packet().u64(e.iv()), length == 16 ? e.packet().u64(e.iv() + 8) : 0);
  }

  long clear() {
    return clear;
  }

  long duplicateSequences() {
    return duplicateSequences;
  }

  long duplicateIvs() {
    return duplicateIvs;
  }

  /** Initiator SPIs of all IKE_SA_INIT requests. */
  Set<String> ikeSaInits() {
    return ikeSaInits;
  }

  long packets() {
    return esp.size();
  }

  /** The first ESP packet that a node sent at or after a time; -1 for none. */
  long firstEsp(long mac, long fromNs) {
    for (Sent s : esp) {
      if (s.sourceMac == mac && s.timeNs >= fromNs) {
        return s.timeNs;
      }
    }
    return -1;
  }

  /** ESP packets of a node in a span of time. */
  long countEsp(long mac, long fromNs, long toNs) {
    return esp.stream()
        .filter(s -> s.sourceMac == mac && s.timeNs >= fromNs && s.timeNs < toNs)
        .count();
  }

  /** The SPIs that a node sent on in a span of time. */
  Set<Integer> spis(long mac, long fromNs, long toNs) {
    Set<Integer> out = new LinkedHashSet<>();
    for (Sent s : esp) {
      if (s.sourceMac == mac && s.timeNs >= fromNs && s.timeNs < toNs) {
        out.add(s.spi);
      }
    }
    return out;
  }

  /** For each outbound SPI of the pair: where the old node left off and the new one went on. */
  List<Step> steps(long oldMac, long newMac, long eventNs) {
    Map<Integer, Long> last = new LinkedHashMap<>();
    Map<Integer, Long> first = new LinkedHashMap<>();
    for (Sent s : esp) {
      if (s.sourceMac == oldMac) {
        last.merge(s.spi, s.sequence, Math::max);
      } else if (s.sourceMac == newMac && s.timeNs >= eventNs) {
        first.putIfAbsent(s.spi, s.sequence);
      }
    }
    List<Step> out = new ArrayList<>();
    last.forEach(
        (spi, l) -> {
          if (first.containsKey(spi)) {
            out.add(new Step(spi, l, first.get(spi)));
          }
        });
    return out;
  }
}
