package io.pollux.agent.runtime;

import io.pollux.agent.hooks.ConnectionHook;
import io.pollux.agent.hooks.IkeKeysFile;
import io.pollux.agent.io.IkeSockets;
import io.pollux.agent.kernel.Audit;
import io.pollux.agent.kernel.ChildSas;
import io.pollux.agent.kernel.KernelThread;
import io.pollux.ha.counters.InboundTop;
import io.pollux.ha.counters.JumpPolicy;
import io.pollux.ha.counters.PollPolicy;
import io.pollux.ha.link.LinkMessage;
import io.pollux.ha.role.RoleInput;
import io.pollux.ha.takeover.RekeyAfterTakeover;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the SAs' thread is connected to.
 *
 * @param paired whether this gateway is half of a pair
 * @param legacy what is left to the next daemon of this machine
 * @param running what is in force; reloads replace it
 * @param role takes what the role machine must know; discards it on a gateway without a pair
 * @param state this node's role in words, for the other node
 * @param closeLink gives the connection in use up, with the reason
 */
record SaParts(
    KernelThread kernel,
    ChildSas table,
    Prover prover,
    ConnectionHook hook,
    IkeKeysFile keys,
    Audit audit,
    IkeSockets sockets,
    Function<Replication, LinkMessage.Hello> hello,
    long barrierBoundNs,
    Legacy legacy,
    PollPolicy poll,
    JumpPolicy jump,
    InboundTop inbound,
    RekeyAfterTakeover rekey,
    boolean paired,
    Running running,
    Consumer<RoleInput> role,
    Supplier<String> state,
    Consumer<String> closeLink) {}
