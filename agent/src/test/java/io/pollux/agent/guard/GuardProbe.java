package io.pollux.agent.guard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.List;

/** Runs under the real polluxd: lets the first lease run out, reports the fence the second time. */
public final class GuardProbe {
  private GuardProbe() {}

  public static void main(String[] args) throws Exception {
    GuardPage page = GuardPage.fromEnvironment(System.getenv());
    Fence fence = page.lastFence();
    if (fence.count() > 0) {
      System.out.println("probe: " + fence.count() + " " + fence.reason() + " " + fence.refused());
      System.out.println("probe: in the past " + (fence.atNs() <= System.nanoTime()));
      System.exit(78);
    }
    page.publish(List.of(FenceMessage.netlink(noop())));
    page.renew(System.nanoTime() + 300_000_000L);
    page.arm(true);
    System.out.println("probe: armed");
    Thread.sleep(Duration.ofMinutes(5));
  }

  /** NLMSG_NOOP (1) with NLM_F_REQUEST|NLM_F_ACK: acknowledged, and nothing else. */
  private static byte[] noop() {
    return ByteBuffer.allocate(16)
        .order(ByteOrder.nativeOrder())
        .putInt(16)
        .putShort((short) 1)
        .putShort((short) 5)
        .putInt(0)
        .putInt(0)
        .array();
  }
}
