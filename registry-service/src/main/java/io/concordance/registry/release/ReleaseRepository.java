package io.concordance.registry.release;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Releases and channels. */
interface ReleaseRepository {

    /**
     * Makes other publications wait until this transaction ends.
     *
     * @return the version that the next release gets
     */
    long lockNextVersion();

    Optional<Release> find(long version);

    Optional<Release> findByRequest(String requestId);

    Optional<Release> findByDigest(String digest);

    /** Canonical manifest of a release. */
    Optional<byte[]> manifest(long version);

    /** Newest first, below version {@code before}. */
    List<Release> latest(long before, int limit);

    Optional<Channel> channel(String name);

    List<Channel> channels();

    /** As {@link #channel}; other movements of the channel wait until this transaction ends. */
    Optional<Channel> lockChannel(String name);

    /** Adds a release whose bundle is durable, moves its channel to it and says so. */
    void publish(Release release, byte[] manifest, @Nullable String requestId, Channel channel);

    /** Keeps a pointer that was signed anew. */
    void renew(Channel channel);
}
