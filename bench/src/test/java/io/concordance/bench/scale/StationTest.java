package io.concordance.bench.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queues whose waiting times are known. */
class StationTest {
    private static final int CUSTOMERS = 600_000;
    private static final Percentage CLOSE = Percentage.withPercentage(4);

    private final long seed = 1;
    private final SplittableRandom random = new SplittableRandom(seed);

    @ParameterizedTest
    @CsvSource({"1, 0.5", "1, 0.8", "3, 0.7", "8, 0.8"})
    void exponentialServiceWaitsAsErlangSays(int servers, double load) {
        Station station = open(servers, load * servers, () -> -Math.log(1 - random.nextDouble()));

        // M/M/c: W_q = C(c, a) / (c mu - lambda), C being Erlang's delay formula.
        assertThat(station.meanWait())
                .as("seed %d", seed)
                .isCloseTo(erlangC(servers, load * servers) / (servers - load * servers), CLOSE);
    }

    @ParameterizedTest
    @CsvSource({"0.5", "0.8"})
    void fixedServiceOfOneServerWaitsAsPollaczekAndKhinchineSay(double load) {
        Station station = open(1, load, () -> 1);

        // M/D/1: W_q = rho / (2 (1 - rho)) of a service.
        assertThat(station.meanWait()).as("seed %d", seed).isCloseTo(load / (2 * (1 - load)), CLOSE);
    }

    @ParameterizedTest
    @CsvSource({"1, 0.7", "2, 0.8", "5, 0.8"})
    void fixedServiceOfSeveralServersWaitsAsCrommelinSays(int servers, double load) {
        Station station = open(servers, load * servers, () -> 1);

        assertThat(station.meanWait()).as("seed %d", seed).isCloseTo(crommelin(servers, load * servers), CLOSE);
    }

    @Test
    void busyServersAndPresentCustomersFollowFromTheThroughput() {
        Station station = open(4, 3, () -> 0.5 + random.nextDouble());

        // Utilisation law U = X S / c; Little's law L = X (W_q + S).
        assertThat(station.utilisation()).isCloseTo(station.throughput() / 4, within(0.005));
        assertThat(station.meanPresent())
                .isCloseTo(station.throughput() * (station.meanWait() + 1), Percentage.withPercentage(1));
    }

    /** Poisson arrivals, observed after a tenth of them. */
    private Station open(int servers, double arrivalsASecond, DoubleSupplier service) {
        Simulation time = new Simulation();
        Station station = new Station(time, servers);
        arrive(time, station, arrivalsASecond, service);
        time.runUntil(CUSTOMERS / 10d / arrivalsASecond);
        station.reset();
        time.runUntil(CUSTOMERS / arrivalsASecond);
        return station;
    }

    private void arrive(Simulation time, Station station, double arrivalsASecond, DoubleSupplier service) {
        time.after(-Math.log(1 - random.nextDouble()) / arrivalsASecond, () -> {
            station.serve(service.getAsDouble(), () -> {});
            arrive(time, station, arrivalsASecond, service);
        });
    }

    private static double erlangC(int servers, double load) {
        double term = 1;
        double sum = 0;
        for (int k = 0; k < servers; k++) {
            sum += term;
            term *= load / (k + 1);
        }
        double waiting = term * servers / (servers - load);
        return waiting / (sum + waiting);
    }

    /**
     * M/D/c with service 1: whoever is there at t + 1 came in between or waited at t. The number present is
     * {@code p_j = sum_(k <= c) p_k a_j + sum_(k > c) p_k a_(j+c-k)} with Poisson a, found by repeating it.
     */
    private static double crommelin(int servers, double load) {
        int most = 400;
        double[] arrivals = new double[most];
        arrivals[0] = Math.exp(-load);
        for (int k = 1; k < most; k++) {
            arrivals[k] = arrivals[k - 1] * load / k;
        }
        double[] present = new double[most];
        present[0] = 1;
        for (int round = 0; round < 2000; round++) {
            double[] later = new double[most];
            for (int k = 0; k < most; k++) {
                int left = Math.max(0, k - servers);
                for (int a = 0; left + a < most; a++) {
                    later[left + a] += present[k] * arrivals[a];
                }
            }
            present = later;
        }
        double waiting = 0;
        for (int k = servers; k < most; k++) {
            waiting += (k - servers) * present[k];
        }
        return waiting / load;
    }
}
