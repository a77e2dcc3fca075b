package io.concordance.contracts.release;

import io.concordance.contracts.json.Json;
import io.concordance.contracts.problem.FieldProblem;
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

    public ChannelPointer {
        if (!FORMAT.equals(format)) {
            throw new FieldProblem("format", format, FORMAT);
        }
    }

    public Envelope sign(SigningKey timestamp) {
        return Envelope.sign(PAYLOAD_TYPE, Json.canonical(this), List.of(timestamp));
    }

    /**
     * The pointer in a signed envelope.
     *
     * @throws Refusal when it is not one, not signed by the timestamp role, for another channel or expired at {@code now}
     */
    public static ChannelPointer verify(Envelope envelope, TrustDocument trust, String channel, Instant now) {
        byte[] payload = envelope.verify(PAYLOAD_TYPE, trust, TrustDocument.TIMESTAMP);
        ChannelPointer pointer = Documents.read(payload, ChannelPointer.class);
        if (!pointer.channel.equals(channel)) {
            throw new Refusal(
                    Refusal.Reason.CHANNEL, "pointer of channel '" + pointer.channel + "', expected " + channel);
        }
        if (!now.isBefore(pointer.expiresAt)) {
            throw new Refusal(Refusal.Reason.EXPIRED, "channel pointer expired at " + pointer.expiresAt);
        }
        return pointer;
    }
}
