package io.concordance.capture.model;

import io.concordance.contracts.problem.FieldProblem;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The device that a setting asks for.
 *
 * @param device the one that is used
 * @param reason why it is this one
 */
record DeviceChoice(Device device, String reason) {
    static final String FIELD = "concordance.capture.device";
    private static final Pattern CUDA = Pattern.compile("cuda:(\\d{1,3})");
    private static final String ALLOWED = "auto, cpu, or cuda:N with N from 0";

    /**
     * @param setting {@code auto}, {@code cpu} or {@code cuda:N}
     * @param memoryLimit most bytes of device memory, 0 for no limit
     * @param obstacle tries a CUDA device, and says why it cannot be used, if it cannot
     * @throws FieldProblem when the setting is none, or asks for a device that cannot be used
     */
    static DeviceChoice of(String setting, long memoryLimit, Function<Device.Cuda, Optional<String>> obstacle) {
        if (memoryLimit < 0) {
            throw new FieldProblem("concordance.capture.cuda.memory-bytes", memoryLimit, "0 for no limit, or more");
        }
        if (setting.equals("cpu")) {
            return new DeviceChoice(Device.cpu(), "asked for");
        }
        if (setting.equals("auto")) {
            Device.Cuda first = new Device.Cuda(0, memoryLimit);
            return obstacle.apply(first)
                    .map(why -> new DeviceChoice(Device.cpu(), "no CUDA device can be used: " + why))
                    .orElseGet(() -> new DeviceChoice(first, "the first CUDA device can be used"));
        }
        Matcher cuda = CUDA.matcher(setting);
        if (!cuda.matches()) {
            throw new FieldProblem(FIELD, setting, ALLOWED);
        }
        Device.Cuda asked = new Device.Cuda(Integer.parseInt(cuda.group(1)), memoryLimit);
        Optional<String> why = obstacle.apply(asked);
        if (why.isPresent()) {
            throw new FieldProblem(
                    FIELD, setting, "a CUDA device that can be used (" + why.get() + "); or auto, or cpu");
        }
        return new DeviceChoice(asked, "asked for");
    }
}
