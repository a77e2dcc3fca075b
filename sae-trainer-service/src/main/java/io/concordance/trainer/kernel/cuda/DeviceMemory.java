package io.concordance.trainer.kernel.cuda;

/**
 * A piece of a device's memory, owned by the {@link CudaDevice} it came from.
 *
 * @param address on the device
 * @param bytes its length
 */
public record DeviceMemory(long address, long bytes) {
    /** A null pointer. */
    public static final DeviceMemory NONE = new DeviceMemory(0, 0);

    /** The part from an offset on. */
    public DeviceMemory from(long offset) {
        if (offset < 0 || offset > bytes) {
            throw new IllegalArgumentException("offset: given " + offset + ", allowed 0 to " + bytes);
        }
        return new DeviceMemory(address + offset, bytes - offset);
    }

    void holds(long wanted) {
        if (wanted < 0 || wanted > bytes) {
            throw new IllegalArgumentException("length: given " + wanted + " bytes, allowed 0 to " + bytes);
        }
    }
}
