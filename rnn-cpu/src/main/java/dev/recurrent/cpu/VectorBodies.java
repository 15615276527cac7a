package dev.recurrent.cpu;

import static java.lang.constant.ConstantDescs.CD_float;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.PseudoInstruction;
import java.lang.classfile.TypeKind;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.HashMap;
import java.util.Map;

/**
 * Copies the bodies of {@link VectorMath}'s methods into generated code, in place of calls.
 *
 * <p>C2 stops inlining ordinary methods once a compilation has made 18,000 nodes ({@code
 * NodeCountInliningCutoff}), which is about three calls of {@link VectorMath#tanh}; what it does
 * not inline boxes its vectors, 5 to 30 times slower. The Vector API's own methods are marked
 * {@code ForceInline} and escape that limit. So a method that calls nothing but the Vector API may
 * be large: the five functions of an LSTM step took 0.7 ns a unit so, and 3.0 ns with calls.
 */
final class VectorBodies {
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
  private static final ClassDesc ANY_VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
  private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
  private static final String MATH = "dev/recurrent/cpu/VectorMath";
  private static final String LANES = "dev/recurrent/cpu/Lanes";

  private final ClassModel model;

  /** Reads the class file of {@link VectorMath}. */
  VectorBodies() {
    try (var in = VectorMath.class.getResourceAsStream("VectorMath.class")) {
      if (in == null) {
        throw new IllegalStateException("VectorMath.class: expected beside its class, not found");
      }
      model = ClassFile.of().parse(in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Emits {@code VectorMath.name}, of one vector: takes the argument from the stack and leaves the
   * result there.
   */
  void emit(CodeBuilder code, String name) {
    emit(code, name, MethodTypeDesc.of(VECTOR, VECTOR));
  }

  /** Emits {@link Lanes#fma}: takes a, b, c from the stack and leaves a * b + c. */
  static void emitFma(CodeBuilder code) {
    if (Lanes.FUSED) {
      code.invokevirtual(VECTOR, "fma", MethodTypeDesc.of(VECTOR, ANY_VECTOR, ANY_VECTOR));
      return;
    }
    int c = code.allocateLocal(TypeKind.REFERENCE);
    var binary = MethodTypeDesc.of(VECTOR, ANY_VECTOR);
    code.astore(c).invokevirtual(VECTOR, "mul", binary);
    code.aload(c).invokevirtual(VECTOR, "add", binary);
  }

  /** Emits a vector whose lanes are all the float on the stack. */
  static void emitBroadcast(CodeBuilder code) {
    int value = code.allocateLocal(TypeKind.FLOAT);
    code.fstore(value).getstatic(ClassDesc.ofInternalName(LANES), "SPECIES", SPECIES).fload(value);
    code.invokestatic(VECTOR, "broadcast", MethodTypeDesc.of(VECTOR, SPECIES, CD_float));
  }

  /** Emits {@code VectorMath.name} of two vectors. */
  void emitBinary(CodeBuilder code, String name) {
    emit(code, name, MethodTypeDesc.of(VECTOR, VECTOR, VECTOR));
  }

  private void emit(CodeBuilder code, String name, MethodTypeDesc type) {
    var method = find(name, type);
    var body = method.code().orElseThrow();
    int locals = ((CodeAttribute) body).maxLocals();
    int[] slots = new int[locals];
    for (int i = 0; i < locals; i++) {
      slots[i] = code.allocateLocal(TypeKind.REFERENCE);
    }
    storeParameters(code, type, slots);
    copy(code, body, slots);
  }

  private MethodModel find(String name, MethodTypeDesc type) {
    for (var method : model.methods()) {
      if (method.methodName().equalsString(name) && method.methodTypeSymbol().equals(type)) {
        return method;
      }
    }
    throw new IllegalArgumentException(
        "VectorMath has no %s%s".formatted(name, type.displayDescriptor()));
  }

  private static void storeParameters(CodeBuilder code, MethodTypeDesc type, int[] slots) {
    for (int p = type.parameterCount() - 1; p >= 0; p--) { // all of one slot each
      code.storeLocal(TypeKind.from(type.parameterType(p)), slots[p]);
    }
  }

  private void copy(CodeBuilder code, CodeModel body, int[] slots) {
    Map<Label, Label> labels = new HashMap<>();
    var end = code.newLabel();
    for (CodeElement element : body) {
      switch (element) {
        case LoadInstruction load -> code.loadLocal(load.typeKind(), slots[load.slot()]);
        case StoreInstruction store -> code.storeLocal(store.typeKind(), slots[store.slot()]);
        case ReturnInstruction _ -> code.goto_(end); // C2 removes the jump of the last one
        case LabelTarget target ->
            code.labelBinding(labels.computeIfAbsent(target.label(), _ -> code.newLabel()));
        case BranchInstruction branch ->
            code.branch(
                branch.opcode(), labels.computeIfAbsent(branch.target(), _ -> code.newLabel()));
        case InvokeInstruction invoke -> copyInvoke(code, invoke);
        case PseudoInstruction _ -> {} // line numbers and names of variables
        default -> code.with(element);
      }
    }
    code.labelBinding(end);
  }

  private void copyInvoke(CodeBuilder code, InvokeInstruction invoke) {
    String owner = invoke.owner().asInternalName();
    String name = invoke.name().stringValue();
    if (invoke.opcode() != Opcode.INVOKESTATIC) {
      code.with(invoke);
    } else if (owner.equals(LANES) && name.equals("fma")) {
      emitFma(code);
    } else if (owner.equals(MATH) && name.equals("constant")) {
      emitBroadcast(code);
    } else if (owner.equals(MATH)) {
      emit(code, name, invoke.typeSymbol());
    } else {
      code.with(invoke);
    }
  }
}
