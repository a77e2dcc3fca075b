package io.concordance.contracts.release;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Says which release a channel is at, for a short time. Signed by the timestamp role.
 *
 * @param version version of the release
 * @param digest digest of its canonical manifest
 */
public record ChannelPointer(
        String format, String channel, long version, String digest, Instant issuedAt, Instant expiresAt) {
    public static final String FORMAT = "concordance-channel/1";
    public static final String PAYLOAD_TYPE = "application/vnd.concordance.channel+json";

    /** The longest that a pointer may hold: so long can newer releases be kept from a monitor unnoticed. */
    public static final Duration LONGEST = Duration.ofHours(24);

    /** How far the registry's clock may be ahead of the reader's. Expiry has no such allowance. */
    public static final Duration MOST_AHEAD = Duration.ofMinutes(5);

    public ChannelPointer {
        if (!FORMAT.equals(format)) {
            throw new FieldProblem("format", format, FORMAT);
        }
        if (issuedAt == null
                || expiresAt == null
                || !issuedAt.isBefore(expiresAt)
                || expiresAt.isAfter(issuedAt.plus(LONGEST))) {
            throw new FieldProblem("expiresAt", expiresAt, "a time up to 24 hours after issuedAt, " + issuedAt);
        }
    }

    public Envelope sign(SigningKey timestamp) {
        return Envelope.sign(PAYLOAD_TYPE, Json.canonical(this), List.of(timestamp));
    }

    /**
     * The pointer in a signed envelope.
     *
     * @throws Refusal when it is not one, not signed by the timestamp role, for another channel, expired at {@code now} or
     *     issued more than {@link #MOST_AHEAD} after it; or when the trust document has expired
     */
    public static ChannelPointer verify(Envelope envelope, TrustDocument trust, String channel, Instant now) {
        trust.requireCurrent(now);
        byte[] payload = envelope.verify(PAYLOAD_TYPE, trust, TrustDocument.TIMESTAMP);
        ChannelPointer pointer = Documents.read(payload, ChannelPointer.class);
        if (!pointer.channel.equals(channel)) {
            throw new Refusal(
                    Refusal.Reason.CHANNEL, "pointer of channel '" + pointer.channel + "', expected " + channel);
        }
        if (pointer.issuedAt.isAfter(now.plus(MOST_AHEAD))) {
            throw new Refusal(
                    Refusal.Reason.CLOCK,
                    "channel pointer issued at " + pointer.issuedAt + ", the clock here says " + now);
        }
        if (!now.isBefore(pointer.expiresAt)) {
            throw new Refusal(Refusal.Reason.EXPIRED, "channel pointer expired at " + pointer.expiresAt);
        }
        return pointer;
    }
}
