package io.pollux.ike.policy;

import io.pollux.ike.crypto.Encryption;
import io.pollux.ike.crypto.Transform;
import io.pollux.ike.crypto.TransformType;
import io.pollux.ike.payload.Proposal;
import io.pollux.ike.payload.ProtocolId;
import io.pollux.ike.payload.SaPayload;
import io.pollux.ike.sad.EspAlgorithms;
import io.pollux.ike.sad.IkeAlgorithms;
import io.pollux.ike.wire.Octets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The outcome of a negotiation of transforms (RFC 7296 sections 2.7 and 3.3.6), and the offers it
 * is made from.
 */
public sealed interface ProposalChoice {
  /**
   * Agreed.
   *
   * @param number the chosen proposal's number, repeated in the answer
   * @param spi the peer's SPI; empty in IKE_SA_INIT
   * @param transforms exactly one of each type that was offered and is not NONE
   */
  record Chosen(int number, int protocolId, Octets spi, List<Transform> transforms)
      implements ProposalChoice {
    public Chosen {
      transforms = List.copyOf(transforms);
    }

    /** The transform of a type; empty means NONE. */
    public Optional<Transform> ofType(TransformType type) {
      for (Transform transform : transforms) {
        if (transform.type() == type.number() && transform.id() != 0) {
          return Optional.of(transform);
        }
      }
      return Optional.empty();
    }

    /** The SA payload of the answer. */
    public SaPayload answer(Octets ourSpi) {
      return new SaPayload(List.of(new Proposal(number, protocolId, ourSpi, transforms)));
    }

    /** As an IKE SA's algorithms. */
    public IkeAlgorithms ikeAlgorithms() {
      return new IkeAlgorithms(
          id(TransformType.ENCR),
          ofType(TransformType.ENCR).map(Transform::keyBits).orElse(0),
          id(TransformType.PRF),
          id(TransformType.INTEG),
          id(TransformType.KE),
          additionalByPlace());
    }

    /** The method of each additional key exchange up to the last, 0 where there is none. */
    private List<Integer> additionalByPlace() {
      List<Integer> methods = new ArrayList<>();
      for (Transform transform : transforms) {
        if (TransformType.isAdditional(transform.type()) && transform.id() != 0) {
          int place = TransformType.additionalIndex(transform.type());
          while (methods.size() < place) {
            methods.add(0);
          }
          methods.set(place - 1, transform.id());
        }
      }
      return methods;
    }

    /** As a Child SA's algorithms; {@code id(KE)} says whether there is a key exchange. */
    public EspAlgorithms espAlgorithms() {
      return new EspAlgorithms(
          id(TransformType.ENCR),
          ofType(TransformType.ENCR).map(Transform::keyBits).orElse(0),
          id(TransformType.INTEG),
          id(TransformType.ESN) == 1);
    }

    /** The methods of the additional key exchanges, in their order (RFC 9370 section 2.2.1). */
    public List<Integer> additional() {
      return transforms.stream()
          .filter(t -> TransformType.isAdditional(t.type()) && t.id() != 0)
          .sorted(Comparator.comparingInt(Transform::type))
          .map(Transform::id)
          .toList();
    }

    /** The transform ID of a type; 0 means NONE. */
    public int id(TransformType type) {
      return ofType(type).map(Transform::id).orElse(0);
    }
  }

  /**
   * Nothing fits: NO_PROPOSAL_CHOSEN.
   *
   * @param reason what was offered and what is accepted, for the log
   */
  record None(String reason) implements ProposalChoice {}

  /** The responder's choice for an IKE SA: the first of ours that the offer allows. */
  static ProposalChoice chooseIke(SaPayload offered, List<IkeProposal> ours) {
    return choose(offered, ProtocolId.IKE, ours.stream().map(IkeProposal::transforms).toList());
  }

  /**
   * The responder's choice for a Child SA.
   *
   * @param keyExchange whether this exchange can carry KE payloads: in IKE_AUTH it can't, and
   *     transforms of that type are left out on both sides (RFC 7296 section 1.2)
   */
  static ProposalChoice chooseEsp(
      SaPayload offered, List<EspProposal> ours, KeyExchangeUse keyExchange) {
    SaPayload usable = keyExchange == KeyExchangeUse.LEFT_OUT ? withoutKe(offered) : offered;
    return choose(usable, ProtocolId.ESP, transforms(ours, keyExchange));
  }

  /**
   * The initiator's check of an answer: one proposal, and a choice among what was offered (RFC 7296
   * section 3.3.6).
   */
  static ProposalChoice verify(SaPayload offer, SaPayload answer) {
    if (answer.proposals().size() != 1) {
      return new None("the answer has " + answer.proposals().size() + " proposals");
    }
    Proposal chosen = answer.proposals().getFirst();
    Optional<Proposal> ours =
        offer.proposals().stream().filter(p -> p.number() == chosen.number()).findFirst();
    if (ours.isEmpty() || ours.get().protocolId() != chosen.protocolId()) {
      return new None("the answer is no proposal of ours: " + describe(List.of(chosen)));
    }
    long types = chosen.transforms().stream().map(Transform::type).distinct().count();
    Optional<List<Transform>> match = match(chosen.transforms(), ours.get().transforms());
    if (types != chosen.transforms().size() || match.isEmpty()) {
      return new None(
          "the answer "
              + describe(List.of(chosen))
              + " is no choice of the offer "
              + describe(offer.proposals()));
    }
    return new Chosen(chosen.number(), chosen.protocolId(), chosen.spi(), chosen.transforms());
  }

  /** The offer of an IKE SA; {@code spi} is empty in IKE_SA_INIT, 8 octets at a rekey. */
  static SaPayload offerIke(List<IkeProposal> proposals, Octets spi) {
    return offer(ProtocolId.IKE, spi, proposals.stream().map(IkeProposal::transforms).toList());
  }

  /** The offer of a Child SA with our inbound SPI. */
  static SaPayload offerEsp(List<EspProposal> proposals, Octets spi, KeyExchangeUse keyExchange) {
    return offer(ProtocolId.ESP, spi, transforms(proposals, keyExchange));
  }

  /** Whether an exchange can carry KE payloads for a Child SA. */
  enum KeyExchangeUse {
    /** IKE_AUTH. */
    LEFT_OUT,
    /** CREATE_CHILD_SA. */
    AS_CONFIGURED
  }

  private static SaPayload offer(ProtocolId protocol, Octets spi, List<List<Transform>> lists) {
    List<Proposal> proposals = new ArrayList<>();
    for (List<Transform> transforms : lists) {
      proposals.add(new Proposal(proposals.size() + 1, protocol.number(), spi, transforms));
    }
    return new SaPayload(proposals);
  }

  private static List<List<Transform>> transforms(
      List<EspProposal> proposals, KeyExchangeUse keyExchange) {
    return proposals.stream()
        .map(EspProposal::transforms)
        .map(list -> keyExchange == KeyExchangeUse.LEFT_OUT ? withoutKe(list) : list)
        .distinct()
        .toList();
  }

  /**
   * {@code offered} without the proposals that have additional key exchanges: what is left of it
   * where IKE_INTERMEDIATE was not agreed on (RFC 9370 section 2.2.1).
   */
  static SaPayload withoutAdditional(SaPayload offered) {
    return new SaPayload(
        offered.proposals().stream()
            .filter(
                p -> p.transforms().stream().noneMatch(t -> TransformType.isAdditional(t.type())))
            .toList());
  }

  /** Whether {@code offered} has a proposal with additional key exchanges. */
  static boolean hasAdditional(SaPayload offered) {
    return offered.proposals().size() != withoutAdditional(offered).proposals().size();
  }

  private static SaPayload withoutKe(SaPayload offered) {
    return new SaPayload(
        offered.proposals().stream()
            .map(p -> new Proposal(p.number(), p.protocolId(), p.spi(), withoutKe(p.transforms())))
            .toList());
  }

  private static List<Transform> withoutKe(List<Transform> transforms) {
    return transforms.stream().filter(t -> !TransformType.isKeyExchange(t.type())).toList();
  }

  private static ProposalChoice choose(
      SaPayload offered, ProtocolId protocol, List<List<Transform>> ours) {
    for (List<Transform> own : ours) {
      for (Proposal theirs : offered.proposals()) {
        if (theirs.protocolId() == protocol.number()) {
          Optional<List<Transform>> match = match(own, theirs.transforms());
          if (match.isPresent()) {
            return new Chosen(theirs.number(), theirs.protocolId(), theirs.spi(), match.get());
          }
        }
      }
    }
    return new None(
        "offered "
            + describe(offered.proposals())
            + "; accepted "
            + ours.stream().map(ProposalKeywords::describe).collect(Collectors.joining(", ")));
  }

  /**
   * One transform of each type that either side names, ours in our order of preference. A type that
   * a side does not name means NONE, or no extended sequence numbers: ID 0 either way. An AEAD
   * never goes with an integrity algorithm (section 3.3).
   */
  private static Optional<List<Transform>> match(List<Transform> ours, List<Transform> theirs) {
    Map<Integer, List<Transform>> own = byType(ours);
    Map<Integer, List<Transform>> other = byType(theirs);
    TreeSet<Integer> types = new TreeSet<>(own.keySet());
    types.addAll(other.keySet());
    List<Transform> match = new ArrayList<>();
    for (int type : types) {
      List<Transform> none = List.of(new Transform(type, 0, 0));
      List<Transform> wanted = own.getOrDefault(type, none);
      List<Transform> allowed = other.getOrDefault(type, none);
      List<Integer> taken = TransformType.isAdditional(type) ? additional(match) : List.of();
      Optional<Transform> first = Optional.empty();
      for (Transform t : wanted) {
        boolean fits = t.id() == 0 || !taken.contains(t.id());
        if (first.isEmpty() && fits && allowed.contains(t)) {
          first = Optional.of(t);
        }
      }
      if (first.isEmpty()) {
        return Optional.empty();
      }
      if (other.containsKey(type)) {
        match.add(first.get()); // what was not offered is not answered either
      }
    }
    return isSound(match) ? Optional.of(match) : Optional.empty();
  }

  private static List<Integer> additional(List<Transform> match) {
    List<Integer> methods = new ArrayList<>();
    for (Transform transform : match) {
      if (TransformType.isAdditional(transform.type()) && transform.id() != 0) {
        methods.add(transform.id());
      }
    }
    return methods;
  }

  private static boolean isSound(List<Transform> match) {
    Optional<Encryption> encryption = Optional.empty();
    boolean integrity = false;
    for (Transform transform : match) {
      if (transform.type() == TransformType.ENCR.number() && encryption.isEmpty()) {
        encryption = Encryption.of(transform.id());
      }
      integrity |= transform.type() == TransformType.INTEG.number() && transform.id() != 0;
    }
    List<Integer> additional = additional(match);
    boolean distinct = additional.stream().distinct().count() == additional.size();
    return encryption.isPresent() && encryption.get().isAead() != integrity && distinct;
  }

  private static Map<Integer, List<Transform>> byType(List<Transform> transforms) {
    Map<Integer, List<Transform>> groups = new TreeMap<>();
    for (Transform transform : transforms) {
      groups.computeIfAbsent(transform.type(), _ -> new ArrayList<>()).add(transform);
    }
    return groups;
  }

  /** For the log; a peer can make the list long, so the end of a long one is left out. */
  private static String describe(List<Proposal> proposals) {
    int shown = 4;
    String first =
        proposals.stream()
            .limit(shown)
            .map(proposal -> ProposalKeywords.describe(proposal.transforms()))
            .collect(Collectors.joining(", "));
    int more = proposals.size() - shown;
    return more > 0 ? first + " and " + more + " more" : first;
  }
}
