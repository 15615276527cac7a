package dev.recurrent.io;

import java.util.List;
import java.util.Optional;

/** A format of model files that is not safetensors, known by its first bytes. */
enum ForeignFormat {
  ZIP(
      "a zip archive, as of PyTorch (.pt, .pth), Keras (.keras) or NumPy (.npz)",
      "convert a PyTorch file in Python: safetensors.torch.save_file(torch.load(\"FILE\","
          + " weights_only=True), \"model.safetensors\")"),
  HDF5(
      "an HDF5 file, as of Keras (.h5)",
      "convert it in Python: safetensors.numpy.save_file({w.path.replace(\"/\", \".\"): w.numpy()"
          + " for w in keras.models.load_model(\"FILE\").weights}, \"model.safetensors\")"),
  GGUF(
      "a GGUF file, as of llama.cpp",
      "take the file in safetensors format from which it was made; GGUF holds no recurrent layers"),
  ONNX(
      "an ONNX file",
      "convert it in Python: safetensors.numpy.save_file({t.name: onnx.numpy_helper.to_array(t)"
          + " for t in onnx.load(\"FILE\").graph.initializer}, \"model.safetensors\")"),
  PICKLE(
      "a Python pickle, as of an old PyTorch (.pt, .pth)",
      "convert it in Python: safetensors.torch.save_file(torch.load(\"FILE\", weights_only=True),"
          + " \"model.safetensors\")"),
  GZIP("a file compressed by gzip", "unpack it: gunzip FILE"),
  NUMPY(
      "a NumPy array (.npy)",
      "convert it in Python: safetensors.numpy.save_file({\"name\": numpy.load(\"FILE\")},"
          + " \"model.safetensors\")");

  /** How many of a file's first bytes {@link #of} looks at. */
  static final int BYTES = 9;

  private static final List<Magic> MAGICS =
      List.of(
          new Magic(ZIP, 'P', 'K', 3, 4),
          new Magic(HDF5, 0x89, 'H', 'D', 'F'),
          new Magic(GGUF, 'G', 'G', 'U', 'F'),
          new Magic(NUMPY, 0x93, 'N', 'U', 'M', 'P', 'Y'),
          new Magic(GZIP, 0x1f, 0x8b, 8));

  private final String name;
  private final String remedy;

  ForeignFormat(String name, String remedy) {
    this.name = name;
    this.remedy = remedy;
  }

  private record Magic(ForeignFormat format, int... bytes) {
    boolean fits(byte[] start) {
      for (int i = 0; i < bytes.length; i++) {
        if (i >= start.length || Byte.toUnsignedInt(start[i]) != bytes[i]) {
          return false;
        }
      }
      return true;
    }
  }

  /**
   * Recognises a file by its first bytes.
   *
   * <p>A safetensors file begins with its header's length, below 2^32 in 8 bytes, and then '{'.
   */
  static Optional<ForeignFormat> of(byte[] start) {
    if (start.length == BYTES && start[4] == 0 && start[7] == 0 && start[8] == '{') {
      return Optional.empty();
    }
    for (var magic : MAGICS) {
      if (magic.fits(start)) {
        return Optional.of(magic.format);
      }
    }
    if (start.length < BYTES || start[7] == 0) {
      return Optional.empty(); // or else a length, which may begin with any bytes
    }
    int first = Byte.toUnsignedInt(start[0]);
    int second = Byte.toUnsignedInt(start[1]);
    if (first == 0x80 && second >= 2 && second <= 5) {
      return Optional.of(PICKLE); // PROTO and its version
    }
    // The version of the format, field 1 (up to 99), then the producer's name, field 2.
    boolean onnx = first == 0x08 && second >= 1 && second < 100 && start[2] == 0x12;
    return onnx ? Optional.of(ONNX) : Optional.empty();
  }

  /** Returns what the file is and how it becomes one that can be read. */
  String describe() {
    return name + "; " + remedy;
  }
}
