package io.pollux.agent.guard;

import java.util.List;

/** Stands where no guard started this process: nothing is watched, nothing is fenced. */
record NoGuardPage() implements GuardPage {

  @Override
  public boolean present() {
    return false;
  }

  @Override
  public void renew(long deadlineNs) {}

  @Override
  public void arm(boolean armed) {}

  @Override
  public void setRoleTid(int tid) {}

  @Override
  public void publish(List<FenceMessage> messages) {}

  @Override
  public void notice(String state) {}

  @Override
  public void beat() {}

  @Override
  public Fence lastFence() {
    return new Fence(0, 0, Fence.Reason.NEVER, 0, 0);
  }
}
