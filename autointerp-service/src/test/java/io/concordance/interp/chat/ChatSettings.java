package io.concordance.interp.chat;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;

/** Settings as the service reads them. */
public final class ChatSettings {
    private ChatSettings() {}

    static ChatConfig of(Map<String, String> settings) {
        Map<String, String> all = new HashMap<>();
        settings.forEach((name, value) -> all.put("concordance.autointerp.chat." + name, value));
        return new SmallRyeConfigBuilder()
                .withMapping(ChatConfig.class)
                .withDefaultValues(all)
                .build()
                .getConfigMapping(ChatConfig.class);
    }

    /** A way to ask a server of a test, without patience. */
    public static Chat chat(ChatServer server, Ledger ledger, Budget budget, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(Map.of(
                "allowed-hosts", "127.0.0.1",
                "pause-millis", "1",
                "request-millis", "2000",
                "connect-millis", "1000"));
        all.putAll(settings);
        ChatConfig config = of(all);
        Endpoints endpoints = new Endpoints(config);
        Endpoint endpoint = endpoints.check(new Endpoint(server.baseUrl(), "simple", null, TrustTier.WEAKER));
        return new Chats(new EndpointClient(config, endpoints)).open(endpoint, budget, ledger);
    }
}
