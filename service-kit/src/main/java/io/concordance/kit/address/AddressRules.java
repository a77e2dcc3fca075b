package io.concordance.kit.address;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which addresses may be talked to. Only public unicast ones, unless the operator has named the host: loopback, private,
 * link-local (cloud metadata among them), shared, reserved and multicast ranges are closed, also when an IPv6 address
 * carries such an IPv4 address inside.
 */
public final class AddressRules {
    /** First byte groups of closed IPv4 ranges (IANA special-purpose registry), as address and prefix length. */
    private static final List<Range> CLOSED_V4 = Range.all(
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/3");

    private static final List<Range> OPEN_V6 = Range.all("2000::/3");
    private static final List<Range> CLOSED_V6 =
            Range.all("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20");

    private final Set<String> allowed;

    /** @param allowed hosts, as {@code host} for any port or {@code host:port}, that may lie anywhere */
    public AddressRules(List<String> allowed) {
        this.allowed =
                allowed.stream().map(h -> h.strip().toLowerCase(Locale.ROOT)).collect(Collectors.toUnmodifiableSet());
    }

    public boolean allowed(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        return allowed.contains(name) || allowed.contains(name + ":" + port);
    }

    /** All addresses of a host; an address out of bounds fails the whole host, so that a name cannot mix them. */
    public List<InetAddress> resolve(String host, int port) throws UnknownHostException {
        List<InetAddress> addresses = List.of(InetAddress.getAllByName(host));
        for (InetAddress address : addresses) {
            if (!allowed(host, port) && !isPublic(address)) {
                throw new ForbiddenAddress(host);
            }
        }
        return addresses;
    }

    public static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return CLOSED_V4.stream().noneMatch(r -> r.holds(bytes));
        }
        return address instanceof Inet6Address
                && OPEN_V6.stream().anyMatch(r -> r.holds(bytes))
                && CLOSED_V6.stream().noneMatch(r -> r.holds(bytes));
    }

    /** A host has an address that it must not have. Says nothing about which, as that would map the inside. */
    public static final class ForbiddenAddress extends UnknownHostException {
        private static final long serialVersionUID = 1L;

        public ForbiddenAddress(String host) {
            super(host + " is private, loopback, metadata or reserved");
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // a constant, never compared
    private record Range(byte[] address, int bits) {
        static List<Range> all(String... ranges) {
            return Arrays.stream(ranges).map(Range::parse).toList();
        }

        private static Range parse(String text) {
            int slash = text.indexOf('/');
            try {
                return new Range(
                        InetAddress.ofLiteral(text.substring(0, slash)).getAddress(),
                        Integer.parseInt(text.substring(slash + 1)));
            } catch (IllegalArgumentException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        boolean holds(byte[] other) {
            if (other.length != address.length) {
                return false;
            }
            for (int bit = 0; bit < bits; bit += Byte.SIZE) {
                int mask = 0xff << Math.max(0, Byte.SIZE - (bits - bit));
                if (((other[bit / Byte.SIZE] ^ address[bit / Byte.SIZE]) & mask & 0xff) != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
