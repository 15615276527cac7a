package dev.recurrent.cpu;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;
import static java.lang.constant.ConstantDescs.MTD_void;

import dev.recurrent.cell.BinaryOp;
import dev.recurrent.cell.UnaryOp;
import dev.recurrent.cpu.PassCode.Shape;
import dev.recurrent.cpu.PassCode.Step;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.AccessFlag;
import java.util.BitSet;
import java.util.Locale;

/**
 * Writes the bytecode of a {@link PassCode}: a hidden class with one loop over rows and one over
 * vectors of columns. What has one number a row is computed once a row, as a plain float: a vector
 * that is made outside the inner loop and used in it may be boxed.
 *
 * <p>For {@code y = sigmoid(x + p)} with a vector p it is what one would write by hand:
 *
 * <pre>{@code
 * for (int r = 0; r < rows; r++) {
 *   int p0 = offsets[0] + r * strides[0]; ...
 *   for (int c = 0; c < columns; c += L) {
 *     var v0 = FloatVector.fromArray(SPECIES, a0, p0 + c);
 *     var v1 = FloatVector.fromArray(SPECIES, a1, p1 + c);
 *     VectorMath.sigmoid(v0.add(v1)).intoArray(a2, p2 + c);
 *   }
 * }
 * }</pre>
 */
final class PassCompiler {
  private static final ClassDesc PASS = ClassDesc.of("dev.recurrent.cpu.Pass");
  private static final ClassDesc LANES = ClassDesc.of("dev.recurrent.cpu.Lanes");
  private static final ClassDesc SCALAR_MATH = ClassDesc.of("dev.recurrent.cpu.ScalarMath");
  private static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  private static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
  private static final ClassDesc ANY_VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
  private static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
  private static final ClassDesc FLOATS = CD_float.arrayType();
  private static final ClassDesc INTS = CD_int.arrayType();
  private static final MethodTypeDesc RUN =
      MethodTypeDesc.of(CD_void, FLOATS.arrayType(), INTS, INTS, CD_int, CD_int);
  private static final MethodTypeDesc BINARY = MethodTypeDesc.of(VECTOR, ANY_VECTOR);

  private static final int ARRAYS = 1;
  private static final int OFFSETS = 2;
  private static final int STRIDES = 3;
  private static final int ROWS = 4;
  private static final int COLUMNS = 5;

  private final PassCode pass;
  private final int[] arrays; // slots, by operand
  private final int[] positions; // slots, by operand
  private final int[] values; // slots, by step
  private final BitSet live;
  private final VectorBodies bodies = new VectorBodies();
  private int c;

  private PassCompiler(PassCode pass) {
    this.pass = pass;
    arrays = new int[pass.operands()];
    positions = new int[pass.operands()];
    values = new int[pass.steps().size()];
    live = pass.live();
  }

  /** Compiles a pass; the name appears in profiles. */
  static Pass compile(String name, PassCode pass) {
    var compiler = new PassCompiler(pass);
    var made = compiler.define(name);
    made.rehearse(new PassRehearsal(made, pass));
    return made;
  }

  private Pass define(String name) {
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of("dev.recurrent.cpu." + name.replaceAll("[^A-Za-z0-9]", "_")),
                builder ->
                    builder
                        .withSuperclass(PASS)
                        .withFlags(AccessFlag.FINAL)
                        .withMethodBody(
                            INIT_NAME,
                            MTD_void,
                            0,
                            m -> m.aload(0).invokespecial(PASS, INIT_NAME, MTD_void).return_())
                        .withMethodBody("run", RUN, 0, this::emit));
    try {
      var lookup = MethodHandles.lookup().defineHiddenClass(bytes, true);
      return (Pass) lookup.lookupClass().getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("pass %s: cannot be defined".formatted(name), e);
    }
  }

  private void emit(CodeBuilder code) {
    emitOperands(code);
    int r = code.allocateLocal(TypeKind.INT);
    c = code.allocateLocal(TypeKind.INT);
    var rowTest = code.newLabel();
    var rowTop = code.newLabel();
    var columnTest = code.newLabel();
    var columnTop = code.newLabel();
    code.iconst_0().istore(r).goto_(rowTest).labelBinding(rowTop);
    emitPositions(code, r);
    emitSteps(code, Shape.ROW);
    code.iconst_0().istore(c).goto_(columnTest).labelBinding(columnTop);
    emitSteps(code, Shape.FULL);
    code.iload(c).loadConstant(Lanes.COUNT).iadd().istore(c);
    code.labelBinding(columnTest).iload(c).iload(COLUMNS).if_icmplt(columnTop);
    code.iinc(r, 1);
    code.labelBinding(rowTest).iload(r).iload(ROWS).if_icmplt(rowTop);
    code.return_();
  }

  private void emitOperands(CodeBuilder code) {
    for (int k = 0; k < arrays.length; k++) {
      arrays[k] = code.allocateLocal(TypeKind.REFERENCE);
      positions[k] = code.allocateLocal(TypeKind.INT);
      code.aload(ARRAYS).loadConstant(k).aaload().astore(arrays[k]);
    }
  }

  private void emitPositions(CodeBuilder code, int r) {
    for (int k = 0; k < positions.length; k++) {
      code.aload(OFFSETS).loadConstant(k).iaload();
      code.iload(r).aload(STRIDES).loadConstant(k).iaload().imul().iadd();
      code.istore(positions[k]);
    }
  }

  private void emitSteps(CodeBuilder code, Shape shape) {
    for (int i = 0; i < values.length; i++) {
      var step = pass.steps().get(i);
      if (live.get(i) && step.shape() == shape) {
        emitStep(code, i, step);
      }
    }
  }

  private void emitStep(CodeBuilder code, int i, Step step) {
    boolean full = step.shape() == Shape.FULL;
    switch (step) {
      case Step.Constant _ -> {} // where it is used
      case Step.Load load -> {
        if (full) {
          species(code).aload(arrays[load.index()]).iload(positions[load.index()]);
          code.iload(c).iadd();
          code.invokestatic(
              VECTOR, "fromArray", MethodTypeDesc.of(VECTOR, SPECIES, FLOATS, CD_int));
        } else {
          code.aload(arrays[load.index()]).iload(positions[load.index()]).faload();
        }
        keep(code, i, full);
      }
      case Step.Unary unary -> {
        use(code, unary.a(), full);
        if (full) {
          emitUnary(code, unary.op());
        } else {
          emitScalarUnary(code, unary.op());
        }
        keep(code, i, full);
      }
      case Step.Binary binary -> {
        use(code, binary.a(), full);
        use(code, binary.b(), full);
        if (full) {
          emitBinary(code, binary.op());
        } else {
          emitScalarBinary(code, binary.op());
        }
        keep(code, i, full);
      }
      case Step.MultiplyAdd fma -> {
        use(code, fma.a(), full);
        use(code, fma.b(), full);
        use(code, fma.c(), full);
        if (full) {
          VectorBodies.emitFma(code);
        } else {
          code.invokestatic(
              LANES, "fma", MethodTypeDesc.of(CD_float, CD_float, CD_float, CD_float));
        }
        keep(code, i, full);
      }
      case Step.Store store -> {
        use(code, store.value(), true);
        code.aload(arrays[store.index()]).iload(positions[store.index()]).iload(c).iadd();
        code.invokevirtual(VECTOR, "intoArray", MethodTypeDesc.of(CD_void, FLOATS, CD_int));
      }
      case Step.StoreRow store -> {
        code.aload(arrays[store.index()]).iload(positions[store.index()]);
        use(code, store.value(), false);
        code.fastore();
      }
    }
  }

  /** Pushes a value: a vector where one is wanted, otherwise a float. */
  private void use(CodeBuilder code, int step, boolean asVector) {
    if (pass.shape(step) == Shape.FULL) {
      code.aload(values[step]);
      return;
    }
    if (asVector) {
      species(code);
    }
    if (pass.steps().get(step) instanceof Step.Constant constant) {
      code.loadConstant(constant.value());
    } else {
      code.fload(values[step]);
    }
    if (asVector) { // C2 takes it out of the loop
      code.invokestatic(VECTOR, "broadcast", MethodTypeDesc.of(VECTOR, SPECIES, CD_float));
    }
  }

  private void emitUnary(CodeBuilder code, UnaryOp op) {
    switch (op) {
      case NEGATE -> code.invokevirtual(VECTOR, "neg", MethodTypeDesc.of(VECTOR));
      case SQRT -> code.invokevirtual(VECTOR, "sqrt", MethodTypeDesc.of(VECTOR));
      default -> bodies.emit(code, nameOf(op));
    }
  }

  private void emitBinary(CodeBuilder code, BinaryOp op) {
    switch (op) {
      case PLUS -> code.invokevirtual(VECTOR, "add", BINARY);
      case MINUS -> code.invokevirtual(VECTOR, "sub", BINARY);
      case TIMES -> code.invokevirtual(VECTOR, "mul", BINARY);
      case DIVIDE -> code.invokevirtual(VECTOR, "div", BINARY);
      case MAX -> code.invokevirtual(VECTOR, "max", BINARY);
      case MIN -> code.invokevirtual(VECTOR, "min", BINARY);
      case GREATER -> bodies.emitBinary(code, "greater");
    }
  }

  private static void emitScalarUnary(CodeBuilder code, UnaryOp op) {
    if (op == UnaryOp.NEGATE) {
      code.fneg();
    } else {
      code.invokestatic(SCALAR_MATH, nameOf(op), MethodTypeDesc.of(CD_float, CD_float));
    }
  }

  private static void emitScalarBinary(CodeBuilder code, BinaryOp op) {
    var binary = MethodTypeDesc.of(CD_float, CD_float, CD_float);
    switch (op) {
      case PLUS -> code.fadd();
      case MINUS -> code.fsub();
      case TIMES -> code.fmul();
      case DIVIDE -> code.fdiv();
      case MAX -> code.invokestatic(MATH, "max", binary);
      case MIN -> code.invokestatic(MATH, "min", binary);
      case GREATER -> code.invokestatic(SCALAR_MATH, "greater", binary);
    }
  }

  private static String nameOf(UnaryOp op) {
    return op.name().toLowerCase(Locale.ROOT);
  }

  private void keep(CodeBuilder code, int step, boolean vector) {
    values[step] = code.allocateLocal(vector ? TypeKind.REFERENCE : TypeKind.FLOAT);
    if (vector) {
      code.astore(values[step]);
    } else {
      code.fstore(values[step]);
    }
  }

  private static CodeBuilder species(CodeBuilder code) {
    return code.getstatic(LANES, "SPECIES", SPECIES);
  }
}
