package io.pollux.agent.runtime;

import io.pollux.agent.config.Credentials;
import io.pollux.ike.crypto.SigningKey;
import io.pollux.ike.crypto.pki.ChainJudge;
import io.pollux.ike.crypto.pki.ChainVerdict;
import io.pollux.ike.engine.Effect;
import io.pollux.ike.engine.SignResult;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs with the private keys and judges the certificates of peers, beside the threads of the SAs;
 * where a responder may have to be asked, on threads of its own. What does not fit into its bounded
 * queue is not looked at: the peer sends it again.
 */
final class Prover implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.pollux.agent.ike");
  private static final int MAX_WAITING = 1024;
  private static final int ASKING_THREADS = 4;

  private final Supplier<Credentials> credentials;
  private final RevocationStore revocation;
  private final SecureRandom random = new SecureRandom();
  private final ThreadPoolExecutor threads;
  private final ThreadPoolExecutor asking; // may wait for a responder; signatures never do
  private volatile Judging judging;

  /** What is remembered of chains goes when the configuration is read again. */
  private record Judging(Credentials under, ChainJudge judge) {}

  Prover(Supplier<Credentials> credentials) {
    this.credentials = credentials;
    this.revocation = new RevocationStore(credentials);
    this.judging = new Judging(credentials.get(), new ChainJudge());
    int cores = Math.min(4, Runtime.getRuntime().availableProcessors());
    this.threads = pool("prover", cores);
    this.asking = pool("ocsp", ASKING_THREADS);
  }

  private static ThreadPoolExecutor pool(String name, int size) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size,
            size,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_WAITING),
            work -> Thread.ofPlatform().name(name).daemon().unstarted(work));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** With the credentials of {@code running}, whatever is in force. */
  static Prover of(Running running) {
    Prover prover = new Prover(() -> running.config().credentials());
    running.afterwards(prover.revocation::reloaded);
    return prover;
  }

  /**
   * Hands the signature, or why there is none, to {@code reply} on {@code where}; or runs {@code
   * tooMany} there, if too many wait.
   */
  void sign(Effect.Sign effect, Executor where, Consumer<SignResult> reply, Runnable tooMany) {
    submit(
        threads,
        () -> sign(effect),
        new SignResult.Failed("internal error"),
        where,
        reply,
        tooMany);
  }

  private SignResult sign(Effect.Sign effect) {
    Optional<SigningKey> key = credentials.get().key(effect.spki());
    if (key.isEmpty()) {
      return new SignResult.Failed("the private key is not there");
    }
    try {
      return new SignResult.Done(key.get().sign(effect.scheme(), effect.message(), random));
    } catch (InvalidKeyException wrong) {
      return new SignResult.Failed(wrong.getMessage());
    }
  }

  /**
   * Hands the verdict on a peer's certificates to {@code reply} on {@code where}; or runs {@code
   * tooMany} there, if too many wait.
   */
  void validate(
      Effect.ValidateChain effect, Executor where, Consumer<ChainVerdict> reply, Runnable tooMany) {
    submit(
        revocation.asks(effect.connection()) ? asking : threads,
        () ->
            judge()
                .validate(
                    effect.chain(),
                    effect.trust(),
                    revocation.of(effect.connection()),
                    Instant.now()),
        new ChainVerdict.Untrusted("internal error"),
        where,
        reply,
        tooMany);
  }

  /** The same until the credentials are others. */
  ChainJudge judge() {
    Credentials now = credentials.get();
    Judging last = judging;
    if (last.under != now) {
      last = new Judging(now, new ChainJudge());
      judging = last;
    }
    return last.judge;
  }

  private static <T> void submit(
      Executor pool,
      Supplier<T> work,
      T refusal,
      Executor where,
      Consumer<T> reply,
      Runnable tooMany) {
    try {
      pool.execute(
          () -> {
            T result = refusal;
            try {
              result = work.get();
            } catch (RuntimeException mistake) { // one peer's handshake, not the daemon
              LOG.error("while proving an identity", mistake);
            }
            T answer = result;
            where.execute(() -> reply.accept(answer));
          });
    } catch (RejectedExecutionException _) {
      where.execute(tooMany);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    asking.shutdownNow();
    revocation.close();
  }
}
