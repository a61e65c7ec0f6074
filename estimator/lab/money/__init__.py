"""Published costs against predicted ones."""
