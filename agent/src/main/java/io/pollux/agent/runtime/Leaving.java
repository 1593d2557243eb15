package io.pollux.agent.runtime;

import io.pollux.agent.commands.Gateway.Result;
import io.pollux.agent.kernel.ChildSas;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.role.RoleState;
import io.pollux.ike.engine.Input;
import io.pollux.ike.sad.EspSpi;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon does with its tunnels when it ends in order. With a partner: it hands over, and the
 * peers notice nothing. Without one: it deletes its SAs, so that the peers know at once. In both
 * cases no key of ours is left in the kernel; what blocks stays.
 */
final class Leaving {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.restart");
  private static final long ROLE_MS = 3000;
  private static final long DELETE_MS = 2000; // for peers that answer; the others find out later
  private static final long LOOK_MS = 1000;

  private final Optional<RoleThread> role;
  private final SaThread sas;
  private final ChildSas table;
  private final List<String> connections;

  Leaving(Optional<RoleThread> role, SaThread sas, ChildSas table, List<String> connections) {
    this.role = role;
    this.sas = sas;
    this.table = table;
    this.connections = connections;
  }

  /** For good. */
  void forGood() throws InterruptedException {
    if (alone()) {
      deleteAll();
    }
    handOver();
    within(sas.look(this::forget), LOOK_MS, "the kernel's SAs");
  }

  /** To be started again at once: what is alone is left as it is, and gone on with. */
  void forTheNext() throws InterruptedException {
    if (!alone()) {
      handOver();
    }
  }

  /** Active, and nobody there who could take over. */
  private boolean alone() throws InterruptedException {
    if (role.isEmpty()) {
      return true;
    }
    RoleState state = within(role.get().look(m -> m.state()), LOOK_MS, "the role machine");
    return state instanceof RoleState.Active(var pairing) && pairing == RoleState.Pairing.ALONE;
  }

  private void deleteAll() throws InterruptedException {
    List<CompletableFuture<Result>> orders =
        connections.stream().map(c -> sas.order(Input.Verb.DOWN, c, Optional.empty())).toList();
    CompletableFuture<?> all = CompletableFuture.allOf(orders.toArray(CompletableFuture[]::new));
    within(all, DELETE_MS, "deleting the SAs");
    long done = orders.stream().filter(CompletableFuture::isDone).count();
    LOG.info("stopping alone: {} of {} connections are down", done, orders.size());
  }

  private void handOver() throws InterruptedException {
    if (role.isPresent()) {
      Result result =
          within(role.get().command(RoleInput.Verb.STOP), ROLE_MS, "giving up the role");
      if (result != null) {
        LOG.info("role given up: {}", result.message());
      }
      role.get().stop();
    }
  }

  private int forget(SaView view) {
    var shadow = view.replication().shadow();
    long now = System.nanoTime();
    for (EspSpi spi : shadow.inboundSpis()) {
      shadow.child(spi, now).ifPresent(child -> table.remove(child, false));
    }
    return shadow.childCount();
  }

  private static <T> T within(CompletableFuture<T> answer, long millis, String what)
      throws InterruptedException {
    try {
      return answer.get(millis, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException late) {
      LOG.warn("stopping: {}: not done in {} ms", what, millis);
      return null;
    }
  }
}
