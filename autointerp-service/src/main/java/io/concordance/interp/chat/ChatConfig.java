package io.concordance.interp.chat;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Settings for asking language models, {@code concordance.autointerp.chat.*}. */
@ConfigMapping(prefix = "concordance.autointerp.chat")
public interface ChatConfig {

    /** Hosts, as {@code host} or {@code host:port}, that may be private and may be spoken to without TLS. None by default. */
    Optional<List<String>> allowedHosts();

    /** Keys by the name that requests use. */
    Map<String, Key> keys();

    /** Milliseconds until a connection must stand. */
    @WithDefault("5000")
    int connectMillis();

    /** Milliseconds for one request, from resolving the name to the last byte of the answer. */
    @WithDefault("60000")
    int requestMillis();

    /** Largest answer, bytes. No more than that is read. */
    @WithDefault("1048576")
    long answerBytes();

    /** How often a request is sent before its work is put off. */
    @WithDefault("3")
    int attempts();

    /** Pause before the second attempt, milliseconds; each further one is twice as long, and up to half as much again. */
    @WithDefault("500")
    long pauseMillis();

    /** Longest pause an attempt waits for; an endpoint that asks for more puts the work off. */
    @WithDefault("5000")
    long longestPauseMillis();

    /** Longest time that work is put off while its endpoint gives no answers, milliseconds. */
    @WithDefault("300000")
    long longestDelayMillis();

    /** Requests under way at once for one piece of work. */
    @WithDefault("4")
    int parallel();

    /** A secret, and the only origin it is ever sent to. */
    interface Key {
        String secret();

        /** Scheme, host and port, such as {@code https://api.example.org}. */
        String origin();
    }
}
