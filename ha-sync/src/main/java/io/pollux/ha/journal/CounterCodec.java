package io.pollux.ha.journal;

import io.pollux.ike.sad.Jumps;
import io.pollux.ike.sad.ReplayState;
import io.pollux.ike.sad.Volume;

/** The counters of a Child SA as octets, as {@link SadCodec} does it. */
final class CounterCodec {
  private CounterCodec() {}

  static void write(FrameWriter out, ReplayState value) {
    int record = out.open();
    switch (value) {
      case ReplayState(var oseq, var seq, var jumps, var volume) -> {
        out.u64(oseq);
        out.u64(seq);
        write(out, jumps);
        write(out, volume);
      }
    }
    out.close(record);
  }

  static ReplayState replay(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("replay state");
    return new ReplayState(in.u64("oseq"), in.u64("seq"), jumps(in), volume(in));
  }

  private static void write(FrameWriter out, Jumps value) {
    int record = out.open();
    switch (value) {
      case Jumps(var takeovers, var packets) -> {
        out.u32(takeovers);
        out.u64(packets);
      }
    }
    out.close(record);
  }

  private static Jumps jumps(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("jumps");
    int takeovers = in.u32("takeovers");
    long packets = in.u64("packets");
    if (takeovers < 0 || packets < 0) {
      throw new MalformedFrame("jumps", takeovers + " takeovers, " + packets + " packets");
    }
    return new Jumps(takeovers, packets);
  }

  private static void write(FrameWriter out, Volume value) {
    int record = out.open();
    switch (value) {
      case Volume(var bytesOut, var packetsOut, var bytesIn, var packetsIn) -> {
        out.u64(bytesOut);
        out.u64(packetsOut);
        out.u64(bytesIn);
        out.u64(packetsIn);
      }
    }
    out.close(record);
  }

  private static Volume volume(FrameReader from) throws MalformedFrame {
    FrameReader in = from.record("volume");
    return new Volume(
        in.u64("bytes out"), in.u64("packets out"), in.u64("bytes in"), in.u64("packets in"));
  }
}
