import "../styles/desk.scss";
